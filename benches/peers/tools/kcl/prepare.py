"""KCL reads files only below its module's root, so all lies side by side: prepare.py IN WORK HERE."""
import os
import shutil
import sys


def main(source, work, here):
    for path in (here + "/lib.k", here + "/expanded.k", source + "/platform.json"):
        shutil.copy(path, work)
    with open(os.path.join(work, "kcl.mod"), "w") as file:
        file.write('[package]\nname = "apps"\nversion = "0.1.0"\n')


main(*sys.argv[1:])
