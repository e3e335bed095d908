"""The one description of S services x C clusters that every tool reads, as platform.json.

What platformc works out by itself (the wave of a service, its project, its sync options) stands in the description, so
that the other tools need not work it out.
"""
import json
import os

from documents import application, application_set

ENVIRONMENTS = ["dev", "stage", "prod"]
REGIONS = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"]
ADMINS = "team-00"


def layer(index):
    """2 % are the base, 8 % are addons."""
    place = index % 50
    return "base" if place == 0 else "addons" if place < 5 else "services"


def project(owner, layer_name):
    """Services of the base may own CRDs, so those of teams that are no admins have a project of their own."""
    return owner + ".base" if layer_name == "base" and owner != ADMINS else owner


def service_name(index):
    return "svc-%04d" % index


def environment(index, place):
    env = ENVIRONMENTS[place]
    return {
        "replicas": 1 + place + index % 3,
        "tag": "1.%d.%d-%s" % (index % 9, index % 10, env),
        "host": "%s.%s.example.com" % (service_name(index), env),
    }


def service(index):
    owner = "team-%02d" % (index % 20)
    wave = chain(index)
    options = ["ServerSideApply=true"] + (["SkipDryRunOnMissingResource=true"] if wave else [])
    return {
        "name": service_name(index),
        "layer": layer(index),
        "owner": owner,
        "project": project(owner, layer(index)),
        "revision": "v1.%d.%d" % (index % 7, index % 10),
        "needs": [service_name(index - 1)] if wave else [],
        "wave": str(wave),
        "syncOptions": options,
        "env": {env: environment(index, place) for place, env in enumerate(ENVIRONMENTS)},
    }


def chain(index):
    """How many services of its layer a service waits for, one after the other: it needs its neighbour, or nothing."""
    if index % 3 == 0 or layer(index - 1) != layer(index):
        return 0
    return chain(index - 1) + 1


def cluster(index):
    env = ENVIRONMENTS[index % 3]
    region = REGIONS[index // 3 % 4]
    name = "%s-%s-%03d" % (env, region.split("-")[0], index)
    return {"name": name, "env": env, "region": region, "server": "https://%s.k8s.example.com:6443" % name}


def platform(services, clusters):
    return {
        "repoURL": "https://git.example.com/platform/charts.git",
        "registry": "registry.example.com",
        "namespace": "argocd",
        "clusters": sorted((cluster(index) for index in range(clusters)), key=lambda one: one["name"]),
        "services": [service(index) for index in range(services)],
    }


def edit(described):
    """Another image tag for one service, another one each time."""
    edited = described["services"][len(described["services"]) // 2]
    for env in edited["env"].values():
        major, minor, rest = env["tag"].split(".", 2)
        env["tag"] = "%s.%d.%s" % (major, (int(minor) + 1) % 1000, rest)


def read(folder):
    with open(os.path.join(folder, "platform.json")) as file:
        return json.load(file)


def write(folder, described):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "platform.json"), "w") as file:
        json.dump(described, file, indent=1)
        file.write("\n")


def reference(described, mode):
    """The documents that a tool has to write."""
    if mode == "appset":
        return (application_set(described, one) for one in described["services"])
    return (application(described, one, place) for place in described["clusters"] for one in described["services"])


def write_reference(folder, mode):
    """The same as a file, one document a line. Its path is returned."""
    path = os.path.join(folder, "reference-%s.jsonl" % mode)
    with open(path, "w") as file:
        for document in reference(read(folder), mode):
            file.write(json.dumps(document, separators=(",", ":")) + "\n")
    return path
