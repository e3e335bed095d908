package main

// hasController: --reconcile is possible with the linked Argo CD.
const hasController = true
