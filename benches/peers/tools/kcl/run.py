"""What `kcl run FILE -D input=PATH` does, by the same Rust core: run.py FILE PATH OUT."""
import json
import sys

from kcl_lib import api


def main(program, source, out):
    arguments = [api.Argument(name="input", value=json.dumps(source))]
    result = api.API().exec_program(api.ExecProgramArgs(k_filename_list=[program], args=arguments))
    if result.err_message:
        sys.exit(result.err_message)
    with open(out, "w") as file:
        file.write(result.yaml_result or result.log_message)


main(*sys.argv[1:])
