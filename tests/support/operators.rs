//! What operators make of objects that stand in a tree: the Secret of an `ExternalSecret` or a `SealedSecret`.

use serde_json::{Value, json};

/// The Secret that an operator makes of an object. It reads or unseals `config` as what is given here; all else, labels
/// above all, is what the object's template says.
pub fn made(object: &Value, config: &str) -> Option<Value> {
    let (name, template) = match object["kind"].as_str()? {
        "ExternalSecret" => (&object["spec"]["target"]["name"], &object["spec"]["target"]["template"]),
        "SealedSecret" => (&object["metadata"]["name"], &object["spec"]["template"]),
        _ => return None,
    };
    let mut data = template["data"].clone();
    if object["spec"]["encryptedData"].get("config").is_some() || data["config"] == "{{ .config }}" {
        data["config"] = config.into();
    }
    Some(json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": object["metadata"]["namespace"],
            "labels": template["metadata"]["labels"],
        },
        "type": template["type"],
        "stringData": data,
    }))
}
