let Env = { replicas : Natural, tag : Text, host : Text }
let Service =
      { name : Text, layer : Text, owner : Text, project : Text, revision : Text, wave : Text
      , syncOptions : List Text, dev : Env, stage : Env, prod : Env }
let Cluster = { name : Text, env : Text, region : Text, server : Text, isProd : Bool, pick : Service -> Env }
let p = env:PLATFORM_DHALL
let map = \(a : Type) -> \(b : Type) -> \(f : a -> b) -> \(xs : List a) ->
      List/build b (\(list : Type) -> \(cons : b -> list -> list) -> List/fold a xs list (\(x : a) -> cons (f x)))
let concatMap = \(a : Type) -> \(b : Type) -> \(f : a -> List b) -> \(xs : List a) ->
      List/build b (\(list : Type) -> \(cons : b -> list -> list) -> List/fold a xs list (\(x : a) -> List/fold b (f x) list cons))
let application = \(c : Cluster) -> \(s : Service) ->
      let v = c.pick s
      in  { apiVersion = "argoproj.io/v1alpha1"
          , kind = "Application"
          , metadata =
            { name = "${s.name}.${c.name}"
            , namespace = p.namespace
            , labels =
              { `app.kubernetes.io/managed-by` = "platformc"
              , `app.kubernetes.io/part-of` = "bench"
              , `platformc.io/service` = s.name
              , `platformc.io/layer` = s.layer
              , `platformc.io/owner` = s.owner
              , `platformc.io/cluster` = c.name
              , `platformc.io/env` = c.env
              , `platformc.io/region` = c.region
              }
            , annotations =
              { `argocd.argoproj.io/sync-wave` = s.wave
              , `notifications.argoproj.io/subscribe.on-sync-failed.slack` = s.owner
              , `platform.example.com/source-of-truth` = "services/${s.name}"
              }
            , finalizers = [ "resources-finalizer.argocd.argoproj.io" ]
            }
          , spec =
            { project = s.project
            , source =
              { repoURL = p.repoURL
              , path = "charts/${s.name}"
              , targetRevision = s.revision
              , helm =
                { releaseName = s.name
                , valuesObject =
                  { global = { cluster = c.name, env = c.env, region = c.region }
                  , owner = s.owner
                  , replicaCount = v.replicas
                  , image = { repository = "${p.registry}/${s.owner}/${s.name}", tag = v.tag }
                  , ingress = { enabled = True, host = v.host }
                  }
                }
              }
            , destination = { server = c.server, namespace = s.name }
            , syncPolicy =
              { automated = { prune = True, selfHeal = True }
              , syncOptions = s.syncOptions
              , retry = { limit = 5, refresh = True, backoff = { duration = "5s", factor = 2, maxDuration = "3m" } }
              }
            , revisionHistoryLimit = if c.isProd then 20 else 5
            }
          }
let Labels =
      { `app.kubernetes.io/managed-by` : Text
      , `app.kubernetes.io/part-of` : Text
      , `platformc.io/service` : Text
      , `platformc.io/layer` : Text
      , `platformc.io/owner` : Text
      , `platformc.io/cluster` : Text
      , `platformc.io/env` : Text
      , `platformc.io/region` : Text
      }
let Annotations =
      { `argocd.argoproj.io/sync-wave` : Text
      , `notifications.argoproj.io/subscribe.on-sync-failed.slack` : Text
      , `platform.example.com/source-of-truth` : Text
      }
let Values =
      { global : { cluster : Text, env : Text, region : Text }
      , owner : Text
      , replicaCount : Natural
      , image : { repository : Text, tag : Text }
      , ingress : { enabled : Bool, host : Text }
      }
let Source =
      { repoURL : Text, path : Text, targetRevision : Text, helm : { releaseName : Text, valuesObject : Values } }
let Retry = { limit : Natural, refresh : Bool, backoff : { duration : Text, factor : Natural, maxDuration : Text } }
let App =
      { apiVersion : Text
      , kind : Text
      , metadata :
          { name : Text, namespace : Text, labels : Labels, annotations : Annotations, finalizers : List Text }
      , spec :
          { project : Text
          , source : Source
          , destination : { server : Text, namespace : Text }
          , syncPolicy : { automated : { prune : Bool, selfHeal : Bool }, syncOptions : List Text, retry : Retry }
          , revisionHistoryLimit : Natural
          }
      }
in  concatMap Cluster App (\(c : Cluster) -> map Service App (application c) p.services) p.clusters
