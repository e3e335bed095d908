"""run.py MODE IN OUT: plain Python, one file for each document, printed by PyYAML's C dumper."""
import os
import sys

import yaml
from description import read
from documents import application, application_set


class Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data):
        return True


def put(path, document):
    with open(path, "w") as file:
        yaml.dump(document, file, Dumper=Dumper, sort_keys=False)


def main(mode, source, out):
    platform = read(source)
    if mode == "appset":
        for service in platform["services"]:
            put("%s/%s.yaml" % (out, service["name"]), application_set(platform, service))
        return
    for cluster in platform["clusters"]:
        folder = os.path.join(out, cluster["name"])
        os.makedirs(folder, exist_ok=True)
        for service in platform["services"]:
            put("%s/%s.yaml" % (folder, service["name"]), application(platform, service, cluster))


main(*sys.argv[1:])
