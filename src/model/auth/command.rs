//! Whether a command that shall print a credential can do so in Argo CD's image.

use super::super::fields::Fields;
use super::read::OWN_COMMAND;
use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::overlays::Tree;

/// What Argo CD's image holds that can print something.
const IN_IMAGE: [&str; 7] = [OWN_COMMAND, "argocd", "bash", "cat", "env", "git", "sh"];

/// What the image's own command can be asked for, and the flags of each.
const CLOUDS: [(&str, &[&str]); 3] =
    [("aws", &["--cluster-name", "--profile", "--role-arn"]), ("azure", &[]), ("gcp", &[])];

pub(super) fn check(exec: &Tree, sink: &mut Sink) {
    let fields = Fields(Some(exec));
    let (Some(tree), Some(command)) = (fields.tree("command"), fields.text("command")) else { return };
    let name = ["/usr/local/bin/", "/usr/bin/", "/bin/"].iter().find_map(|folder| command.strip_prefix(folder));
    let name = name.unwrap_or(&command);
    if name == OWN_COMMAND {
        own(fields, tree, sink);
    } else if !IN_IMAGE.contains(&name) && fields.text("install_hint").is_none() {
        sink.push(missing(tree, &command));
    }
}

fn missing(tree: &Tree, command: &str) -> Diagnostic {
    Diagnostic::new(codes::PLUGIN_NOT_IN_IMAGE, tree.span(), format!("Argo CD's image holds no `{command}`"))
        .note("Argo CD runs the command in its own pods, and can't reach the cluster where it is not there")
        .help("build an image that holds it, or mount it, and say so in `install_hint`")
        .help("`aws`, `gcp` and `azure` need nothing else")
}

fn own(fields: Fields<'_>, command: &Tree, sink: &mut Sink) {
    let at = fields.tree("args").unwrap_or(command).span();
    let args = fields.texts("args");
    let known = CLOUDS.map(|(cloud, _)| cloud);
    let first = args.first().map_or("", AsRef::as_ref);
    let Some((_, flags)) = CLOUDS.iter().find(|(cloud, _)| *cloud == first) else {
        let message = format!("`{OWN_COMMAND}` is asked for {}, and not for `{first}`", known.join(", "));
        return sink.push(Diagnostic::new(codes::BAD_VALUE, at, message).help_if(meant(first, &known)));
    };
    for arg in args.iter().skip(1).filter(|arg| arg.starts_with('-')) {
        let flag = arg.split('=').next().unwrap_or("");
        if !flags.contains(&flag) {
            let message = format!("`{OWN_COMMAND} {first}` has no flag `{flag}`");
            sink.push(Diagnostic::new(codes::BAD_VALUE, at, message).help_if(meant(flag, flags)));
        }
    }
}

fn meant(word: &str, known: &[&'static str]) -> Option<String> {
    did_you_mean(word, known.iter().copied()).map(|near| format!("did you mean `{near}`?"))
}
