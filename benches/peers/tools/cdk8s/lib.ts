export interface EnvValues { replicas: number; tag: string; host: string }
export interface Service {
  name: string; layer: string; owner: string; project: string; revision: string;
  wave: string; syncOptions: string[]; env: { [e: string]: EnvValues };
}
export interface Cluster { name: string; env: string; region: string; server: string }
export interface Platform {
  repoURL: string; registry: string; namespace: string;
  clusters: Cluster[]; services: Service[];
}

export function application(p: Platform, s: Service, c: Cluster) {
  const v = s.env[c.env];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: `${s.name}.${c.name}`,
      namespace: p.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'platformc',
        'app.kubernetes.io/part-of': 'bench',
        'platformc.io/service': s.name,
        'platformc.io/layer': s.layer,
        'platformc.io/owner': s.owner,
        'platformc.io/cluster': c.name,
        'platformc.io/env': c.env,
        'platformc.io/region': c.region,
      },
      annotations: {
        'argocd.argoproj.io/sync-wave': s.wave,
        'notifications.argoproj.io/subscribe.on-sync-failed.slack': s.owner,
        'platform.example.com/source-of-truth': `services/${s.name}`,
      },
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: {
      project: s.project,
      source: {
        repoURL: p.repoURL,
        path: `charts/${s.name}`,
        targetRevision: s.revision,
        helm: {
          releaseName: s.name,
          valuesObject: {
            global: { cluster: c.name, env: c.env, region: c.region },
            owner: s.owner,
            replicaCount: v.replicas,
            image: { repository: `${p.registry}/${s.owner}/${s.name}`, tag: v.tag },
            ingress: { enabled: true, host: v.host },
          },
        },
      },
      destination: { server: c.server, namespace: s.name },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: s.syncOptions,
        retry: { limit: 5, refresh: true, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
      },
      revisionHistoryLimit: c.env === 'prod' ? 20 : 5,
    },
  };
}
