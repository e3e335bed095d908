//! Data files: the same bytes as YAML, JSON and CSV, read for declarations and for values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use platformc_fuzz::{ask_for_files, database, texts};

const PLATFORM: &str = r#"
platform p { repo = "https://a.example.com/a.git" }
hub main {}
team t {}
environment dev {}
layer base {}
for row in FORMAT("data") { cluster "${row.name}" { env = dev  server = row.server  vars { all = row } } }
service s {
  layer = base  owner = t  namespace = "s"
  helm { repo = "https://c.example.com"  chart = "c"  version = "1.0.0"  values { x = FORMAT("data")  y = vars.all } }
}
"#;

fuzz_target!(|text: &str| {
    for format in ["yaml", "json", "csv"] {
        let platform = PLATFORM.replace("FORMAT", format);
        ask_for_files(&database(&texts(&[("platform.pf", &platform), ("data", text)])));
    }
});
