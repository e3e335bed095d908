local managed(s) = {
  'app.kubernetes.io/managed-by': 'platformc',
  'app.kubernetes.io/part-of': 'bench',
  'platformc.io/layer': s.layer,
  'platformc.io/owner': s.owner,
  'platformc.io/service': s.name,
};

local annotations(s) = {
  'notifications.argoproj.io/subscribe.on-sync-failed.slack': s.owner,
  'platform.example.com/source-of-truth': 'services/' + s.name,
};

local values(p, s, c) =
  local v = s.env[c.env];
  {
    image: { repository: p.registry + '/' + s.owner + '/' + s.name, tag: v.tag },
    ingress: { enabled: true, host: v.host },
    replicaCount: v.replicas,
  };

local shared(s, cluster, env, region) = {
  global: { cluster: cluster, env: env, region: region },
  owner: s.owner,
};

local history(c) = if c.env == 'prod' then 20 else 5;

local spec(p, s, server, values) = {
  project: s.project,
  source: {
    repoURL: p.repoURL,
    targetRevision: s.revision,
    path: 'charts/' + s.name,
    helm: { releaseName: s.name, valuesObject: values },
  },
  destination: { server: server, namespace: s.name },
  syncPolicy: {
    automated: { prune: true, selfHeal: true },
    syncOptions: s.syncOptions,
    retry: { limit: 5, refresh: true, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
  },
};

{
  application(p, s, c):: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: s.name + '.' + c.name,
      namespace: p.namespace,
      labels: managed(s) {
        'platformc.io/cluster': c.name,
        'platformc.io/env': c.env,
        'platformc.io/region': c.region,
      },
      annotations: annotations(s) { 'argocd.argoproj.io/sync-wave': s.wave },
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: spec(p, s, c.server, values(p, s, c) + shared(s, c.name, c.env, c.region)) { revisionHistoryLimit: history(c) },
  },

  appset(p, s):: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: s.name, namespace: p.namespace, labels: managed(s) },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ list: { elements: [
        {
          cluster: c.name,
          url: c.server,
          env: c.env,
          region: c.region,
          patch: {
            spec: {
              source: { helm: { valuesObject: values(p, s, c) } },
              revisionHistoryLimit: history(c),
            },
          },
        }
        for c in p.clusters
      ] } }],
      template: {
        metadata: {
          name: s.name + '.{{.cluster}}',
          labels: managed(s) {
            'platformc.io/cluster': '{{.cluster}}',
            'platformc.io/env': '{{.env}}',
            'platformc.io/region': '{{.region}}',
          },
          annotations: annotations(s),
          finalizers: ['resources-finalizer.argocd.argoproj.io'],
        },
        spec: spec(p, s, '{{.url}}', shared(s, '{{.cluster}}', '{{.env}}', '{{.region}}')),
      },
      templatePatch: '{{ if hasKey . "patch" }}{{ toJson .patch }}{{ else }}{}{{ end }}',
    },
  },
}
