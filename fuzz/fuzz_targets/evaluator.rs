//! An expression, in each of the places where one is evaluated.
#![no_main]

use libfuzzer_sys::fuzz_target;
use platformc_fuzz::{ask_for_files, database, texts};

const DATA: &str = "[{name: one, n: 1, on: true}, {name: two, n: 2.5, list: [a, null]}]\n";

fuzz_target!(|expression: &str| {
    let platform = format!(
        r#"
platform p {{ repo = "https://a.example.com/a.git"  vars {{ x = {expression}
}} }}
hub main {{}}
team t {{}}
environment dev {{}}
cluster c {{ env = dev  region = "eu"  server = "https://c.example.com"  labels {{ tier = "gold" }} }}
cluster d {{ env = dev  server = "https://d.example.com" }}
layer base {{}}
template web {{ param a : any = {expression}
  manifests {{ path = "m"  object "v1" "ConfigMap" made {{ data {{ a = a }} }} }} }}
service s {{
  layer = base  owner = t  namespace = "s"  use = web(a = {expression}
  )
  on = {expression}

  when {expression}
  {{ revision_history = 3 }}
}}
service e {{
  layer = base  owner = t  namespace = "e"  each item in {expression}

  helm {{ repo = "https://c.example.com"  chart = "c"  version = "1.0.0"  values {{ x = {expression}
  }} }}
}}
for row in {expression}
{{ team "t-${{row}}" {{}} }}
"#
    );
    ask_for_files(&database(&texts(&[("platform.pf", &platform), ("a.yaml", DATA)])));
});
