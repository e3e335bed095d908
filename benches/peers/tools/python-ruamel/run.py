"""run.py IN OUT: plain Python, one file for each document, printed by ruamel.yaml."""
import os
import sys

from description import read
from documents import application
from ruamel.yaml import YAML


def main(source, out):
    platform = read(source)
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda data: True
    for cluster in platform["clusters"]:
        folder = os.path.join(out, cluster["name"])
        os.makedirs(folder, exist_ok=True)
        for service in platform["services"]:
            with open("%s/%s.yaml" % (folder, service["name"]), "w") as file:
                yaml.dump(application(platform, service, cluster), file)


main(*sys.argv[1:])
