"""run.py IN OUT: plain Python, one file for each document, printed by a template."""
import json
import os
import sys

import jinja2


def main(source, out):
    with open(os.path.join(source, "platform.json")) as file:
        platform = json.load(file)
    loader = jinja2.FileSystemLoader(os.path.dirname(os.path.abspath(__file__)))
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    template = environment.get_template("application.yaml.j2")
    for cluster in platform["clusters"]:
        folder = os.path.join(out, cluster["name"])
        os.makedirs(folder, exist_ok=True)
        for service in platform["services"]:
            values = service["env"][cluster["env"]]
            with open("%s/%s.yaml" % (folder, service["name"]), "w") as file:
                file.write(template.render(p=platform, s=service, c=cluster, v=values))


main(*sys.argv[1:])
