{{/* Begins one kind: (list $ "Target" "target" "targets"). */}}
{{- define "ambit.crd.head" -}}
{{- $root := index . 0 -}}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {{ index . 3 }}.ambit.dev
  labels:
    {{- include "ambit.labels" $root | nindent 4 }}
  annotations:
    # With a kind go its objects: what agents may do is not forgotten with a release.
    helm.sh/resource-policy: keep
spec:
  group: ambit.dev
  scope: Namespaced
  names:
    kind: {{ index . 1 }}
    listKind: {{ index . 1 }}List
    singular: {{ index . 2 }}
    plural: {{ index . 3 }}
    categories: [ambit]
{{- end -}}

{{/* What stands beside the schema of a spec. */}}
{{- define "ambit.crd.version" -}}
name: v1
served: true
storage: true
subresources:
  status: {}
additionalPrinterColumns:
  - name: Accepted
    type: string
    jsonPath: .status.conditions[?(@.type=="Accepted")].status
  - name: In force
    type: string
    jsonPath: .status.conditions[?(@.type=="InForce")].status
  - name: Message
    type: string
    jsonPath: .status.conditions[?(@.type=="Accepted")].message
  - name: Age
    type: date
    jsonPath: .metadata.creationTimestamp
{{- end -}}

{{/* What the control plane says of an object. */}}
{{- define "ambit.crd.status" -}}
type: object
properties:
  observedGeneration:
    description: Generation that the conditions speak of.
    type: integer
    format: int64
  conditions:
    description: Whether the control plane took the object, and if not, what is wrong, as `key - value (expected ...)`.
    type: array
    maxItems: 8
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [type]
    items:
      type: object
      required: [type, status, reason, message, lastTransitionTime]
      properties:
        type: { type: string, maxLength: 316 }
        status: { type: string, enum: ["True", "False", Unknown] }
        observedGeneration: { type: integer, format: int64, minimum: 0 }
        lastTransitionTime: { type: string, format: date-time }
        reason: { type: string, minLength: 1, maxLength: 1024 }
        message: { type: string, maxLength: 32768 }
{{- end -}}
