"""Dhall reads no JSON, so the description is written as Dhall's own lists: prepare.py IN WORK."""
import json
import os
import sys

TYPES = """let Env = { replicas : Natural, tag : Text, host : Text }
let Service =
      { name : Text, layer : Text, owner : Text, project : Text, revision : Text, wave : Text
      , syncOptions : List Text, dev : Env, stage : Env, prod : Env }
let Cluster = { name : Text, env : Text, region : Text, server : Text, isProd : Bool, pick : Service -> Env }
"""


def record(texts, **others):
    fields = ["%s = %s" % (key, json.dumps(value)) for key, value in texts.items()]
    fields.extend("%s = %s" % field for field in others.items())
    return "{ %s }" % ", ".join(fields)


def env(values):
    return record({"tag": values["tag"], "host": values["host"]}, replicas=values["replicas"])


def service(one):
    texts = {key: one[key] for key in ("name", "layer", "owner", "project", "revision", "wave", "syncOptions")}
    return record(texts, **{name: env(values) for name, values in one["env"].items()})


def cluster(one):
    return record(one, isProd=one["env"] == "prod", pick="\\(s : Service) -> s.%s" % one["env"])


def listed(items, kind):
    return "[ %s\n  ] : List %s" % ("\n  , ".join(items), kind)


def main(source, work):
    with open(os.path.join(source, "platform.json")) as file:
        platform = json.load(file)
    lists = {
        "clusters": listed(map(cluster, platform["clusters"]), "Cluster"),
        "services": listed(map(service, platform["services"]), "Service"),
    }
    texts = {key: platform[key] for key in ("repoURL", "registry", "namespace")}
    with open(os.path.join(work, "platform.dhall"), "w") as file:
        file.write(TYPES + "in  " + record(texts, **lists) + "\n")


main(*sys.argv[1:])
