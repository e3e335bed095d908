// one JSON file per Application, printed by the tool itself: jsonnet -m OUT
local lib = import 'lib.libsonnet';
function(p) {
  [c.name + '/' + s.name + '.json']: lib.application(p, s, c)
  for c in p.clusters
  for s in p.services
}
