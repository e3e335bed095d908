local lib = import 'lib.libsonnet';
function(p) {
  [s.name + '.yaml']: std.manifestYamlDoc(lib.appset(p, s), quote_keys=false)
  for s in p.services
}
