// one YAML file per Application: jsonnet -S -m OUT
local lib = import 'lib.libsonnet';
function(p) {
  [c.name + '/' + s.name + '.yaml']: std.manifestYamlDoc(lib.application(p, s, c), quote_keys=false)
  for c in p.clusters
  for s in p.services
}
