"""The description in platformc's own language: prepare.py IN OUT MODE.

Files that say what they said before are left alone, so that an edit touches one file, as it would in an editor.
"""
import json
import os
import sys

PLATFORM = """import "clusters.pf"
import "teams.pf"
import "templates.pf"
import "services/*.pf"

## The platform that every tool of the comparison writes.
platform bench {
  repo   = "https://git.example.com/platform/infra.git"
  admins = [team-00]
  vars { registry = "%(registry)s" }
  defaults {
    service {
      sync { server_side = true  retry { limit = 5  backoff { duration = "5s" } } }
      annotations {
        "notifications.argoproj.io/subscribe.on-sync-failed.slack" = owner
        "platform.example.com/source-of-truth" = "services/${service}"
      }
      when env == prod { revision_history = 20 }
    }
  }
}

environment dev {}
environment stage { after = [dev] }
environment prod { after = [stage] }

layer base {
  deliver           = %(deliver)s
  cluster_resources = ["apiextensions.k8s.io/CustomResourceDefinition"]
}
layer addons {
  after   = [base]
  deliver = %(deliver)s
}
layer services {
  after   = [addons]
  deliver = %(deliver)s
}
"""

TEMPLATE = """## A chart of the charts' repository.
template chart {
  param revision : string
  helm {
    repo     = "%(repoURL)s"
    path     = "charts/${service}"
    revision = revision
    values {
      global  { cluster = cluster  env = env  region = region }
      owner   = owner
      image   { repository = "${vars.registry}/${owner}/${service}" }
      ingress { enabled = true }
    }
  }
}
"""

CLUSTER = """cluster %(name)s {
  env    = %(env)s
  region = "%(region)s"
  server = "%(server)s"
}
"""

SERVICE = """service %(name)s {
  use       = chart(revision = "%(revision)s")
  layer     = %(layer)s
  owner     = %(owner)s
  namespace = "%(name)s"
"""

VALUES = 'helm { values { replicaCount = %(replicas)d  image { tag = "%(tag)s" }  ingress { host = "%(host)s" } } }'


def service(described):
    lines = [SERVICE % described]
    if described["needs"]:
        lines.append("  needs     = [%s]\n" % ", ".join(described["needs"]))
    envs = described["env"]
    lines.append("\n  %s\n" % (VALUES % envs["dev"]))
    lines.extend("  when env == %s { %s }\n" % (env, VALUES % envs[env]) for env in ("stage", "prod"))
    return "".join(lines) + "}\n"


def files(platform, mode):
    deliver = "applicationset" if mode == "appset" else "applications"
    teams = {one["owner"]: [] for one in platform["services"]}
    teams.setdefault("team-00", [])
    for one in platform["services"]:
        teams[one["owner"]].append(service(one))
    texts = {"services/%s.pf" % team: "\n".join(services) for team, services in teams.items()}
    texts["teams.pf"] = "".join('team %s { sso = ["example:%s"] }\n' % (team, team) for team in sorted(teams))
    texts["clusters.pf"] = "\n".join(CLUSTER % one for one in platform["clusters"])
    texts["templates.pf"] = TEMPLATE % platform
    texts["platform.pf"] = PLATFORM % {"registry": platform["registry"], "deliver": deliver}
    return texts


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path) and open(path).read() == text:
        return
    with open(path, "w") as file:
        file.write(text)


def main(source, folder, mode):
    with open(os.path.join(source, "platform.json")) as file:
        platform = json.load(file)
    for path, text in files(platform, mode).items():
        write(os.path.join(folder, path), text)


main(*sys.argv[1:])
