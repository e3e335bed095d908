"""Environments are the clusters, and one template loops over the services: prepare.py IN WORK TEMPLATE."""
import json
import os
import sys

LOOP = "{%% for s in services %%}\n{%% set v = s.env[c.env] %%}\n---\n%s{%% endfor %%}\n"


def config(platform):
    shared = {key: platform[key] for key in ("repoURL", "registry", "namespace")}
    return {
        "vars": {"p": shared, "services": platform["services"]},
        "envs": {one["name"]: {"apps": {"apps": {}}, "vars": {"c": one}} for one in platform["clusters"]},
    }


def main(source, work, template):
    with open(os.path.join(source, "platform.json")) as file:
        platform = json.load(file)
    os.makedirs(work + "/config", exist_ok=True)
    os.makedirs(work + "/source/apps", exist_ok=True)
    with open(work + "/config/config.yml", "w") as file:
        json.dump(config(platform), file, indent=1)
    with open(template) as file, open(work + "/source/apps/application.yml.j2", "w") as out:
        out.write(LOOP % file.read())


main(*sys.argv[1:])
