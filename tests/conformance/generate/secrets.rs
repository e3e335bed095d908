//! Stores, and secrets that are read from them.

use super::estate::maybe;
use super::text::Text;
use super::values::text as awkward;
use crate::support::Random;

/// A store, for what the clusters call `object`.
pub(crate) fn store(random: &mut Random, text: &mut Text, name: &str, object: &str) {
    text.line(format!("## Keeps what {name} keeps."));
    text.open(format!("store {name}"));
    maybe(random, text, &["kind = ClusterSecretStore", "kind = SecretStore"]);
    if object != name || random.chance(30) {
        text.line(format!("name = \"{object}\""));
    }
    maybe(random, text, &["refresh = \"15m\"", "refresh = \"0s\"", "refresh = \"1.5h\""]);
    text.close();
}

/// A secret of a service, without a key that begins with `o`: those belong to overlays.
pub(crate) fn secret(random: &mut Random, text: &mut Text, store: &str, name: &str) {
    text.open(format!("secret {name}"));
    text.line(format!("store = {store}"));
    let keys = [
        "keys { TOKEN = \"kv/${service}/${env}#token\"  \"a.b-c_D\" = \"kv/{{ x }}\" }",
        "keys { \"tls.crt\" = \"tls/${cluster}#crt\"  \"tls.key\" = \"tls/${cluster}#key\" }\ntype = \"kubernetes.io/tls\"",
        "all = \"kv/${service}#all\"",
        "all = \"kv/any\"\nkeys { TOKEN = \"arn:aws:x:eu-west-1:1:secret:A-b1C#a.#.b\" }",
    ];
    random.pick(&keys).lines().for_each(|line| text.line(line));
    maybe(random, text, &["refresh = \"90s\""]);
    maybe(random, text, &[&format!("name = \"{name}.${{service}}\"")]);
    maybe(random, text, &["labels { tier = \"front\"  \"example.com/env\" = env }"]);
    let note = awkward(random);
    maybe(random, text, &[&format!("annotations {{ \"example.com/note\" = {note} }}")]);
    text.close();
}
