// Makes platformc.vsix, the extension as one file.
import { copyFileSync, rmSync } from "node:fs";
import { createVSIX } from "@vscode/vsce";
import "./esbuild.mjs";

// It must stand in the folder for as long as that is packed.
copyFileSync("../../LICENSE", "LICENSE");
try {
  await createVSIX({ cwd: ".", packagePath: "platformc.vsix", dependencies: false, allowMissingRepository: true });
} finally {
  rmSync("LICENSE");
}
