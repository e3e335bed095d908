//! The registry: every code, its severity, its title and its page.

use super::{Code, Severity};

macro_rules! codes {
    ($($name:ident = $severity:ident $id:literal $title:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title, ".")]
            pub const $name: Code = Code {
                id: $id,
                severity: Severity::$severity,
                title: $title,
                page: include_str!(concat!("explain/", $id, ".md")),
            };
        )*
        /// All codes, by id.
        pub const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    // Files and imports.
    FILE_MISSING = Error "PF0001" "a file does not exist";
    FILE_UNREADABLE = Error "PF0002" "a file can't be read as text";
    IMPORT_OUTSIDE = Error "PF0004" "a path leaves the platform's folder";
    IMPORT_MATCHES_NOTHING = Warning "PF0005" "an import pattern matches no file";
    DATA_FILE = Error "PF0006" "a data file can't be read";
    // Syntax.
    SYNTAX = Error "PF0101" "text that does not fit the grammar";
    UNCLOSED = Error "PF0102" "a bracket or string is never closed";
    FOREIGN_SYNTAX = Error "PF0103" "syntax of another language";
    NESTED_TOO_DEEP = Error "PF0104" "nesting too deep to read";
    DUPLICATE_KEY = Error "PF0105" "a key stands twice in one block";
    BAD_NAME = Error "PF0106" "not a legal name";
    BAD_NUMBER = Error "PF0107" "not a legal number";
    BAD_ESCAPE = Error "PF0108" "an unknown escape in a string";
    MISPLACED_STATEMENT = Error "PF0109" "a statement where it can't stand";
    BAD_WAIVER = Error "PF0111" "an `allow` that is not written as it has to be";
    WAIVER_EXPIRED = Error "PF0112" "an `allow` whose time is over";
    WAIVER_UNUSED = Warning "PF0113" "an `allow` of nothing";
    // Names.
    UNKNOWN_KIND = Error "PF0201" "no such kind of declaration or block";
    UNKNOWN_ATTRIBUTE = Error "PF0202" "no such attribute";
    UNKNOWN_NAME = Error "PF0203" "a name that nothing declares";
    DUPLICATE_DECLARATION = Error "PF0204" "declared twice";
    AMBIGUOUS_NAME = Error "PF0205" "a name with two meanings";
    UNKNOWN_FUNCTION = Error "PF0206" "no such function";
    MISSING_DECLARATION = Error "PF0207" "a declaration that every platform needs";
    // Types and values.
    TYPE_MISMATCH = Error "PF0301" "a value of the wrong type";
    MISSING_ATTRIBUTE = Error "PF0302" "a required attribute is missing";
    BAD_VALUE = Error "PF0303" "a value outside what the attribute allows";
    ARITHMETIC = Error "PF0304" "arithmetic that has no result";
    MISSING_KEY = Error "PF0305" "a key that the value does not have";
    BAD_ARGUMENTS = Error "PF0306" "wrong arguments";
    MISSING_VARIABLE = Error "PF0307" "a variable that a cluster does not have";
    EXCLUSIVE_ATTRIBUTES = Error "PF0308" "attributes that exclude each other";
    TOO_MUCH = Error "PF0309" "more than the compiler takes on";
    // Overlays.
    OVERLAY_TIE = Error "PF0401" "two overlays set different values";
    HIDDEN_OVERLAY = Warning "PF0402" "a plain value hides an overlay of a wider level";
    OVERLAY_NEVER_HOLDS = Warning "PF0403" "a condition that no cluster meets";
    NOT_IN_OVERLAY = Error "PF0404" "an attribute that can't differ by overlay";
    // Placement and order.
    PLACED_NOWHERE = Warning "PF0501" "a service that is placed on no cluster";
    NEED_NOT_PLACED = Error "PF0502" "a need that is not placed where its user is";
    NEED_CYCLE = Error "PF0503" "a circle of needs";
    LAYER_CYCLE = Error "PF0504" "a circle of layers";
    NEED_IN_LATER_LAYER = Error "PF0505" "a need in a layer that does not come before";
    ENVIRONMENT_CYCLE = Error "PF0506" "a circle of environments";
    NOT_ONE_PER = Error "PF0507" "one of each is not what the placement holds";
    CANNOT_BE_SYNCED = Error "PF0508" "an ordered service that never becomes Synced";
    // Sources.
    NO_SOURCE = Error "PF0601" "a service without a source";
    PATH_OUTSIDE = Error "PF0602" "a path that leaves its repository";
    UNPINNED_VERSION = Warning "PF0603" "a version that floats";
    MISSING_PATH = Error "PF0604" "a path that is not in the repository";
    WRONG_FOLDER = Error "PF0605" "a folder that is not what the source needs";
    REFUSED_VALUE = Error "PF0606" "a value that the chart's schema refuses";
    UNKNOWN_VALUE = Warning "PF0607" "a value that the chart does not know";
    HIDDEN_VALUE = Warning "PF0608" "a value that a parameter hides";
    BAD_OBJECT = Error "PF0609" "an object that can't be applied";
    VERSIONS_APART = Warning "PF0610" "versions of a chart that are far apart";
    // What Argo CD and Kubernetes accept.
    NAME_TOO_LONG = Error "PF0701" "a name longer than Kubernetes allows";
    NAME_CLASH = Error "PF0702" "two Applications with one name";
    DUPLICATE_SERVER = Error "PF0703" "two clusters with one server";
    NEWER_THAN_TARGET = Error "PF0704" "a feature newer than the target version";
    UNKNOWN_TARGET = Error "PF0705" "a version that is not known";
    NUMBER_TOO_LARGE = Error "PF0706" "a number that ApplicationSets can't carry";
    NOT_A_SELECTOR = Error "PF0707" "a placement that no label selector can say";
    UNKNOWN_SYNC_OPTION = Error "PF0708" "a sync option that Argo CD ignores";
    RESERVED_NAME = Error "PF0709" "a name that the tree needs for itself";
    RISKY_SETTING = Warning "PF0710" "a sync setting that can do harm";
    REPLICAS_SET_TWICE = Warning "PF0711" "replicas that an autoscaler sets as well";
    SHARED_OBJECT = Warning "PF0712" "an object that comes from two sources";
    PLAIN_SECRET = Error "PF0713" "a secret in plain text";
    PRUNED_HOLDER = Warning "PF0714" "pruning that takes more than its object";
    TOO_LARGE = Error "PF0715" "more than one object can hold";
    // Who may do what.
    NO_GROUP = Warning "PF0801" "a team that nobody is in";
    EMPTY_ROLE = Error "PF0802" "a role that allows nothing";
    ROLE_CYCLE = Error "PF0803" "roles that include each other";
    RISKY_GRANT = Warning "PF0804" "more than a sync from Git in a protected environment";
    WIDER_ROLE = Warning "PF0805" "a ClusterRole that allows more than its role";
    NAMESPACE_WIDE = Warning "PF0806" "rights that reach a whole namespace";
    // How Argo CD gets into clusters.
    NOT_ONE_WAY_IN = Error "PF0830" "not exactly one way into a cluster";
    WAY_NOT_TAKEN = Error "PF0831" "a way into a cluster that is never taken";
    BAD_CERTIFICATE = Error "PF0832" "an authority that holds no certificates";
    PLUGIN_NOT_IN_IMAGE = Warning "PF0833" "a plugin that is not in Argo CD's image";
    NOT_SEALED = Error "PF0834" "a sealed text that is not sealed";
    // Who reviews what.
    NO_HANDLE = Error "PF0850" "an owner whom the forge does not know";
    BAD_HANDLE = Error "PF0851" "a handle that can be nobody's";
    NO_ADMINS = Error "PF0852" "reviews without anybody for the platform itself";
    DAMAGED_PART = Error "PF0853" "marker lines of CODEOWNERS that don't belong together";
    // Previews.
    PULL_NOT_SHOWN = Error "PF0860" "a pull request where it can't be shown";
    ANYBODYS_PREVIEW = Error "PF0861" "previews of anybody's pull requests";
    PREVIEW_PROTECTED = Error "PF0862" "previews where nothing may be deleted by mistake";
    PREVIEW_CATCHES = Error "PF0863" "namespaces of previews that catch others";
    PREVIEW_NEED = Error "PF0864" "a preview without a service that it needs";
    PREVIEW_NAMESPACE = Error "PF0865" "a namespace that previews would share";
    FORGE_LACKS = Error "PF0866" "something that the forge does not have";
    PREVIEW_BRINGS = Error "PF0867" "a preview that brings more than its namespace holds";
    // Secrets.
    SECRET_WITHOUT_KEYS = Error "PF0840" "a secret that reads nothing";
    BAD_SECRET_KEY = Error "PF0841" "a key that no Secret can have";
    EMPTY_REMOTE_KEY = Error "PF0842" "a remote key that is empty";
    KEYS_OF_TYPE = Error "PF0843" "a Secret without the keys that its type asks for";
    // Who owns what.
    CONTESTED_NAMESPACE = Error "PF0810" "a namespace that two teams write to";
    NAMESPACE_NOWHERE = Warning "PF0811" "a namespace that is declared for nothing";
    NOT_THE_TEAMS = Error "PF0812" "a file of one team that declares what isn't the team's";
    WIDENED = Error "PF0813" "a file of one team that widens what the team may";
    IMPORTED_APART = Error "PF0814" "a file that is imported for one team and for another, or for all";
    // Freezes.
    BAD_SCHEDULE = Error "PF0820" "a schedule or a time zone that Argo CD can't read";
    FREEZES_NOTHING = Warning "PF0821" "a freeze that holds nothing back";
    NEVER_OPEN = Error "PF0822" "freezes that never end";
    TORN_FREEZE = Warning "PF0823" "a freeze that changes of the clock tear apart";
    FREEZE_HOLDS_OTHERS = Warning "PF0824" "a freeze that others wait for";
    // Rollouts.
    STEP_SELECTS_NOTHING = Error "PF0920" "a step of a rollout that selects nothing";
    STEPS_OVERLAP = Error "PF0921" "an instance in two steps of a rollout";
    IN_NO_STEP = Error "PF0922" "an instance in no step of a rollout";
    NOTHING_ROLLS_OUT = Error "PF0923" "a rollout where nothing walks through steps";
    BAD_STEPS = Error "PF0924" "steps that make no rollout";
    NO_SELF_HEAL = Warning "PF0925" "self-healing that a rollout takes away";
    ROLLS_OUT_ALL_THE_SAME = Error "PF0926" "`automated = false` where a rollout syncs";
    ROLLOUT_FROZEN = Warning "PF0927" "a freeze that a rollout does not pass";
    ROLLOUT_PASSES_OVER = Warning "PF0928" "a change that a rollout passes over";
    // The disk.
    FOREIGN_FILE = Error "PF0901" "a file in the way that is not ours";
    SYMLINK_IN_TREE = Error "PF0902" "a symlink inside the output folder";
    EDITED_BY_HAND = Error "PF0903" "a generated file that was edited by hand";
    DISK = Error "PF0904" "the disk refused";
    APPLICATIONS_GO = Warning "PF0905" "Applications that leave their place in the tree";
    REMOVAL_OF_NOTHING = Warning "PF0906" "`removed` of what nobody knows";
    // What is renamed, and what goes.
    REMOVAL_NOT_SAID = Error "PF0970" "what goes from a protected environment without a word";
    MOVED_IN_CIRCLE = Error "PF0971" "`moved` in a circle";
    MOVED_BUT_DECLARED = Error "PF0972" "an old name that is still declared";
    MOVED_TWICE = Error "PF0973" "two old names for one new one";
    BAD_SUBJECT = Error "PF0974" "`moved` or `removed` of what can't be";
    RENAMED_AT_ONCE = Error "PF0975" "new names of Applications without the step before";
    REMOVED_BY_OLD_NAME = Error "PF0976" "`removed` by a name that is no longer borne";
    // Stages.
    STAGE_AHEAD = Error "PF0940" "a version that is ahead of an earlier stage";
    STAGES_DIFFER = Error "PF0941" "stages that differ in what must be the same";
    NOTHING_COMPARED = Warning "PF0942" "nothing to compare between stages";
    // Promotion.
    NO_ORDER = Error "PF0960" "a promotion between environments without an order";
    NOT_PROMOTABLE = Error "PF0961" "a version that no tool can promote";
    PROMOTES_NOTHING = Warning "PF0962" "a promotion of nothing, or by nobody";
    SHARED_VERSION = Error "PF0963" "two environments that read one version";
    BAD_VERSION_LINE = Error "PF0964" "a version that can't be written where it is read";
    PROMOTION_APART = Error "PF0965" "a promotion over several hubs";
    PROMOTION_UNREACHABLE = Error "PF0966" "what is promoted, where no tool can reach it";
    PROMOTION_PASSED_BY = Error "PF0967" "a change that reaches all environments at once";
    // Policies and tests.
    POLICY_VIOLATED = Error "PF0980" "a policy that does not hold";
    POLICY_WARNS = Warning "PF0981" "a policy that does not hold, and warns";
    EXPECTATION_FAILED = Error "PF0982" "a test that fails";
    ANSWER_DIFFERS = Error "PF0983" "a question that has no single answer";
    POLICY_ASKS_NOTHING = Warning "PF0984" "a policy that concerns nothing";
}
