//! Ways into clusters.

use platformc::schema::Version;

use super::estate::maybe;
use super::text::Text;
use crate::support::Random;

/// An authority that nobody trusts, as PEM in base64.
const CA: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJRRENCODZBREFnRUNBaFJPVSsyQURUa1pzV0F2dmwrS1lQK1Q1TGdIWXpB \
     RkJnTXJaWEF3RlRFVE1CRUcKQTFVRUF3d0thM1ZpWlhKdVpYUmxjekFnRncweU5qRXhNall4T0RJeE5EQmFHQTh5TVRJMk1URXdN \
     akU0TWpFMApNRm93RlRFVE1CRUdBMVVFQXd3S2EzVmlaWEp1WlhSbGN6QXFNQVVHQXl0bGNBTWhBR1FBelRmTjVQRG1HdFIrCmRa \
     VkdYMjhOVmI2WWpQV2lwMmNRSDRkdE9zeVpvMU13VVRBZEJnTlZIUTRFRmdRVVlnOTFsNGx6NU1jb0Q3WFgKbjMxWGg1RDgzUUV3 \
     SHdZRFZSMGpCQmd3Rm9BVVlnOTFsNGx6NU1jb0Q3WFhuMzFYaDVEODNRRXdEd1lEVlIwVApBUUgvQkFVd0F3RUIvekFGQmdNclpY \
     QURRUUE3dVlYbnhWUnczOERzU0xJZmhSWUsvUDY4UzFzOW10SFRoUDB4Cml5ZHl0TVlBNjFIVnNkallJUjFIVkhabGx4SElDRDR3 \
     cDlWdUQ1bWVQdENzVGpjTgotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==";

/// A way into a cluster of a hub of this version, if any.
pub(super) fn auth(random: &mut Random, text: &mut Text, name: &str, version: Version) {
    if random.chance(40) {
        return;
    }
    text.open("auth");
    match random.below(6) {
        0 => external(random, text, name),
        1 => sealed(text),
        way => {
            maybe(random, text, &[&format!("ca = \"{CA}\"")]);
            maybe(random, text, &["server_name = \"kubernetes.default.svc\""]);
            public(random, text, name, version, way);
        }
    }
    text.close();
}

fn public(random: &mut Random, text: &mut Text, name: &str, version: Version, way: usize) {
    match way {
        2 => {
            text.open("aws");
            text.line(format!("cluster_name = \"{name}\""));
            maybe(random, text, &["role_arn = \"arn:aws:iam::123456789012:role/platform/argocd\""]);
            maybe(random, text, &["profile = \"argocd\""]);
            text.close();
        }
        3 => text.line("gcp {}"),
        4 => {
            text.open("azure");
            maybe(random, text, &["login = workloadidentity", "login = msi"]);
            maybe(random, text, &["client_id = \"3f2a9c4e-0000-4000-8000-1b7d8f60aaaa\""]);
            maybe(random, text, &["tenant_id = \"3f2a9c4e-0000-4000-8000-1b7d8f60bbbb\""]);
            maybe(random, text, &["environment = AzurePublicCloud", "environment = AzureChinaCloud"]);
            text.close();
        }
        _ => exec(random, text, name, version),
    }
}

fn exec(random: &mut Random, text: &mut Text, name: &str, version: Version) {
    text.open("exec");
    text.line("command = \"/custom-tools/credentials\"");
    text.line("install_hint = \"an init container, or our image: \\\"tools\\\"\"");
    maybe(random, text, &[&format!("args = [\"get\", \"--cluster={name}\", \"{{{{ .x }}}}\"]")]);
    maybe(random, text, &["env { REGION = \"eu\"  EMPTY = \"\" }"]);
    maybe(random, text, &["api_version = v1", "api_version = v1beta1"]);
    if version >= Version::of(3, 5) {
        maybe(random, text, &["provide_cluster_info = true", "provide_cluster_info = false"]);
        maybe(random, text, &["config { audience = \"a\"  deep { list = [1, true, null] } }"]);
    }
    text.close();
}

fn external(random: &mut Random, text: &mut Text, name: &str) {
    text.open("external_secret");
    text.line("store = \"vault\"");
    maybe(random, text, &["kind = ClusterSecretStore", "kind = SecretStore"]);
    text.line(format!("key = \"argocd/clusters/{name}{}\"", if random.chance(50) { "#config" } else { "" }));
    maybe(random, text, &["refresh = \"15m\""]);
    text.close();
}

/// What has the form of a sealed text.
fn sealed(text: &mut Text) {
    text.line(format!("sealed_secret {{ config = \"AQAx{}\" }}", "k7Zq".repeat(95)));
}
