//! A platform of any size, the same for the same numbers: services in three layers, owned by twenty teams, on clusters of
//! three environments in four regions. Most are charts, some Kustomize bases; all differ by environment, some by cluster.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// How large a platform is, and how its services reach Argo CD.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workload {
    /// The number of services.
    pub(crate) services: usize,
    /// The number of clusters.
    pub(crate) clusters: usize,
    /// Whether the layer `services` is delivered by `ApplicationSet`s.
    pub(crate) sets: bool,
    /// Another seed gives other numbers, tags and needs.
    pub(crate) seed: u64,
}

const TEAMS: usize = 20;
const ENVIRONMENTS: [&str; 3] = ["dev", "stage", "prod"];
const REGIONS: [&str; 4] = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"];

impl Workload {
    /// A platform with one Application for each service on each cluster.
    #[must_use]
    pub(crate) fn new(services: usize, clusters: usize) -> Self {
        Self { services, clusters, sets: false, seed: 1 }
    }

    /// The files by path.
    #[must_use]
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::from([
            ("platform.pf".to_owned(), self.platform()),
            ("teams.pf".to_owned(), teams()),
            ("clusters.pf".to_owned(), self.all_clusters()),
        ]);
        for service in 0..self.services {
            let file = files.entry(format!("services/{}.pf", team(service))).or_default();
            let _ = self.service(file, service);
        }
        files
    }

    /// Writes the files below a folder, and the Kustomize bases that they name.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let bases =
            (0..self.services).filter(|service| is_kustomize(*service)).flat_map(|service| base(&name(service)));
        for (path, text) in self.files().into_iter().chain(bases) {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
            std::fs::write(path, text)?;
        }
        Ok(())
    }

    fn platform(&self) -> String {
        let deliver = if self.sets { "applicationset" } else { "applications" };
        PLATFORM.replace("DELIVER", deliver)
    }

    fn all_clusters(&self) -> String {
        let mut out = String::new();
        for index in 0..self.clusters {
            let environment = ENVIRONMENTS[index % ENVIRONMENTS.len()];
            let region = REGIONS[(index / ENVIRONMENTS.len()) % REGIONS.len()];
            let name = cluster(index);
            let _ = write!(
                out,
                "cluster {name} {{\n  env    = {environment}\n  region = \"{region}\"\n  \
                 server = \"https://{name}.k8s.example.com:6443\"\n  labels {{ size = \"{}\" }}\n}}\n\n",
                if index % 5 == 0 { "large" } else { "small" },
            );
        }
        out
    }

    /// A number below `limit` that depends on the seed, a service and a purpose.
    fn number(&self, service: usize, purpose: u64, limit: usize) -> usize {
        let mut mixed = self.seed.wrapping_add(purpose << 48).wrapping_add(service as u64);
        for factor in [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
            mixed = (mixed ^ (mixed >> 29)).wrapping_mul(factor);
        }
        usize::try_from(mixed >> 33).unwrap_or(0) % limit.max(1)
    }

    fn service(&self, out: &mut String, service: usize) -> std::fmt::Result {
        let name = name(service);
        writeln!(out, "## Answers requests of kind {service}. Nobody knows why.\nservice {name} {{")?;
        writeln!(out, "  layer     = {}\n  owner     = {}", layer(service), team(service))?;
        if is_narrow(service) {
            writeln!(out, "  on        = env != dev")?;
        }
        let needs = self.needs(service);
        if !needs.is_empty() {
            writeln!(out, "  needs     = [{}]", needs.join(", "))?;
        }
        writeln!(out, "  links     {{ runbook = \"https://wiki.example.com/{name}\" }}")?;
        if service % 40 == 17 {
            writeln!(out, "  namespace = \"{name}-${{tenant}}\"\n\n  each tenant in [\"acme\", \"globex\"]\n")?;
        } else {
            writeln!(out, "  namespace = \"{name}\"\n")?;
        }
        if is_kustomize(service) {
            self.kustomize(out, service, &name)?;
        } else {
            self.helm(out, service, &name)?;
        }
        writeln!(out, "}}\n")
    }

    /// Earlier services of this layer or one before it, all of which run everywhere.
    fn needs(&self, service: usize) -> Vec<String> {
        let count = self.number(service, 1, 4);
        let candidates = (0..8).map(|purpose| self.number(service, 16 + purpose, service));
        let fits = |needed: &usize| *needed < service && rank(*needed) <= rank(service) && !is_narrow(*needed);
        let mut needs: Vec<String> = candidates.filter(fits).take(count).map(name).collect();
        needs.sort();
        needs.dedup();
        needs
    }

    fn kustomize(&self, out: &mut String, service: usize, name: &str) -> std::fmt::Result {
        let tag = self.number(service, 2, 50);
        writeln!(
            out,
            "  kustomize {{\n    path   = \"apps/{name}/base\"\n    \
             images = [\"registry.example.com/{name}:2.{tag}.0\"]\n  }}\n"
        )?;
        writeln!(out, "  when env == prod {{\n    kustomize {{ replicas {{ {name} = 3 }} }}\n  }}")
    }

    fn helm(&self, out: &mut String, service: usize, name: &str) -> std::fmt::Result {
        let number = |purpose, limit| self.number(service, purpose, limit);
        let (minor, patch, replicas) = (number(2, 30), number(3, 10), number(4, 3) + 1);
        let host = if service.is_multiple_of(2) { "${cluster}" } else { "${env}" };
        write!(
            out,
            "  helm {{
    repo    = \"https://charts.example.com\"
    chart   = \"{chart}\"
    version = \"1.{minor}.{patch}\"
    values {{
      global           {{ environment = env  region = region }}
      replicaCount     = {replicas}
      image            {{ repository = \"${{vars.registry}}/{owner}/{name}\"  tag = \"1.{minor}.{patch}-dev\" }}
      ingress          {{ enabled = true  host = \"{name}.{host}.${{vars.domain}}\"  className = \"nginx\" }}
      resources        {{
        requests {{ cpu = \"{cpu}m\"  memory = \"{memory}Mi\" }}
        limits   {{ memory = \"{limit}Mi\" }}
      }}
      livenessProbe    {{ httpGet {{ path = \"/healthz\"  port = \"http\" }}  periodSeconds = 10 }}
      podAnnotations   {{ \"prometheus.io/scrape\" = \"true\" }}
      extraEnv         = [{{ name = \"LOG_LEVEL\"  value = \"info\" }}, {{ name = \"REGION\"  value = region }}]
    }}
  }}

  when env == stage {{
    helm {{ values {{ replicaCount = {stage}  image {{ tag = \"1.{minor}.{patch}-stage\" }} }} }}
  }}

  when env == prod {{
    helm {{
      values {{
        replicaCount = {prod}
        image        {{ tag = \"1.{minor}.{patch}\" }}
        podDisruptionBudget {{ enabled = true  minAvailable = 1 }}
      }}
    }}
  }}
",
            chart = if layer(service) == "services" { "web" } else { name },
            owner = team(service),
            cpu = 50 * (number(5, 4) + 1),
            memory = 64 << number(6, 3),
            limit = 128 << number(6, 3),
            stage = replicas + 1,
            prod = replicas + 2,
        )?;
        if number(7, 12) == 0 {
            let cluster = cluster(number(8, self.clusters) / 3 * 3 + 2);
            if self.clusters > number(8, self.clusters) / 3 * 3 + 2 {
                writeln!(out, "\n  when cluster == {cluster} {{\n    helm {{ values {{ replicaCount = 12 }} }}\n  }}")?;
            }
        }
        Ok(())
    }
}

const PLATFORM: &str = r#"import "teams.pf"
import "clusters.pf"
import "services/*.pf"

## A platform to measure.
platform bench {
  repo   = "https://git.example.com/platform/infra.git"
  output = "infra"
  admins = [team-00]
  vars   { domain = "dev.example.com"  registry = "registry.example.com" }
  defaults {
    service {
      sync { server_side = true  retry { limit = 5 } }
      when env == prod { revision_history = 20 }
    }
  }
}

hub main { argocd = "3.5" }

environment dev   {}
environment stage { after = [dev]  vars { domain = "stage.example.com" } }
environment prod  { after = [stage]  protected = true  vars { domain = "example.com" } }

layer base   { cluster_resources = ["apiextensions.k8s.io/CustomResourceDefinition"] }
layer addons { after = [base] }
layer services {
  after   = [addons]
  deliver = DELIVER
  defaults {
    labels { tier = "front" }
    when env == prod { labels { tier = "customers" } }
  }
}
"#;

fn teams() -> String {
    let team = |index| {
        let name = team(index);
        format!("team {name} {{\n  sso    = [\"example:{name}\"]\n  github = \"@example/{name}\"\n}}\n\n")
    };
    (0..TEAMS).map(team).collect()
}

fn team(service: usize) -> String {
    format!("team-{:02}", service % TEAMS)
}

fn name(service: usize) -> String {
    format!("svc-{service:04}")
}

fn cluster(index: usize) -> String {
    let region = REGIONS[(index / ENVIRONMENTS.len()) % REGIONS.len()];
    format!("{}-{}-{index:03}", ENVIRONMENTS[index % ENVIRONMENTS.len()], region.split('-').next().unwrap_or(region))
}

fn layer(service: usize) -> &'static str {
    ["base", "addons", "services"][rank(service)]
}

/// 2 % are the base, 8 % are addons.
fn rank(service: usize) -> usize {
    match service % 50 {
        0 => 0,
        1..5 => 1,
        _ => 2,
    }
}

/// A tenth has a Kustomize base.
fn is_kustomize(service: usize) -> bool {
    service % 10 == 3
}

/// The files of a service's base.
fn base(name: &str) -> [(String, String); 2] {
    let kustomization =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- settings.yaml\n";
    let settings = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n");
    [
        (format!("apps/{name}/base/kustomization.yaml"), kustomization.to_owned()),
        (format!("apps/{name}/base/settings.yaml"), settings),
    ]
}

/// Some services are not in dev.
fn is_narrow(service: usize) -> bool {
    service % 20 == 9
}
