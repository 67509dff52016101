{{/* Begins one policy: (list $ "v01-host"). */}}
{{- define "ambit.policy.head" -}}
{{- $root := first . -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: {{ include "ambit.fullname" $root }}-{{ last . }}
  labels:
    {{- include "ambit.labels" $root | nindent 4 }}
{{- end -}}

{{/* Puts one policy in force: (list $ "v01-host" true); true: in enforced namespaces alone. */}}
{{- define "ambit.policy.binding" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "ambit.fullname" $root) (index . 1) -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "ambit.labels" $root | nindent 4 }}
spec:
  policyName: {{ $name }}
  validationActions: [Deny]
  {{- if index . 2 }}
  matchResources:
    namespaceSelector:
      {{- include "ambit.enforcedNamespaces" $root | nindent 6 }}
  {{- end }}
{{- end -}}

{{/* New pods. */}}
{{- define "ambit.policy.newPods" -}}
failurePolicy: Fail
matchConstraints:
  resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE]
      resources: [pods]
{{- end -}}

{{/* Containers that are not Ambit's. */}}
{{- define "ambit.policy.others" -}}
- name: others
  expression: >-
    object.spec.containers +
    object.spec.?initContainers.orValue([]).filter(c, !(c.name in ['ambit-redirect', 'ambit-proxy']))
{{- end -}}

{{/* User and group that a container gets where it says nothing. */}}
{{- define "ambit.policy.podUser" -}}
- name: podUser
  expression: object.spec.?securityContext.?runAsUser.orValue(-1)
- name: podGroup
  expression: object.spec.?securityContext.?runAsGroup.orValue(-1)
{{- end -}}

{{/* What holds for the users of variables.others. */}}
{{- define "ambit.policy.users" -}}
- name: userless
  expression: variables.others.filter(c, c.?securityContext.?runAsUser.orValue(variables.podUser) == -1).map(c, c.name)
- name: proxyUsers
  expression: >-
    variables.others.filter(c, c.?securityContext.?runAsUser.orValue(variables.podUser) == 2112
    || c.?securityContext.?runAsGroup.orValue(variables.podGroup) == 2112).map(c, c.name)
{{- end -}}

{{- define "ambit.policy.usersChecked" -}}
- expression: variables.userless.size() == 0
  reason: Forbidden
  message: "securityContext.runAsUser: absent (expected: a number, in the container or the pod; the user of an image cannot be seen here)"
  messageExpression: >-
    'container ' + variables.userless.join(', ')
    + ': securityContext.runAsUser: absent (expected: a number, in the container or the pod; the user of an image cannot be seen here)'
- expression: variables.proxyUsers.size() == 0
  reason: Forbidden
  message: "securityContext.runAsUser, runAsGroup: 2112 (expected: another number; 2112 is the proxy, whose traffic is not redirected)"
  messageExpression: >-
    'container ' + variables.proxyUsers.join(', ')
    + ': securityContext.runAsUser, runAsGroup: 2112 (expected: another number; 2112 is the proxy, whose traffic is not redirected)'
{{- end -}}

{{/* What holds for the privileges of variables.others. */}}
{{- define "ambit.policy.privileges" -}}
- name: privileged
  expression: variables.others.filter(c, c.?securityContext.?privileged.orValue(false)).map(c, c.name)
- name: escalating
  expression: variables.others.filter(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true)).map(c, c.name)
- name: keeping
  expression: >-
    variables.others.filter(c, !c.?securityContext.?capabilities.?drop.orValue([]).exists(d, d == 'ALL')).map(c, c.name)
- name: adding
  expression: >-
    variables.others.filter(c, c.?securityContext.?capabilities.?add.orValue([]).exists(a, a != 'NET_BIND_SERVICE')).map(c, c.name)
{{- end -}}

{{- define "ambit.policy.privilegesChecked" -}}
- expression: variables.privileged.size() == 0
  reason: Forbidden
  message: "securityContext.privileged: true (expected: absent or false; it would undo the redirection)"
  messageExpression: >-
    'container ' + variables.privileged.join(', ')
    + ': securityContext.privileged: true (expected: absent or false; it would undo the redirection)'
- expression: variables.escalating.size() == 0
  reason: Forbidden
  message: "securityContext.allowPrivilegeEscalation: not false (expected: false; a setuid program could become the proxy's user)"
  messageExpression: >-
    'container ' + variables.escalating.join(', ')
    + ': securityContext.allowPrivilegeEscalation: not false (expected: false; a setuid program could become the proxy\'s user)'
- expression: variables.keeping.size() == 0
  reason: Forbidden
  message: "securityContext.capabilities.drop: without ALL (expected: [ALL]; runtimes grant SETUID, SETGID and NET_RAW by default)"
  messageExpression: >-
    'container ' + variables.keeping.join(', ')
    + ': securityContext.capabilities.drop: without ALL (expected: [ALL]; runtimes grant SETUID, SETGID and NET_RAW by default)'
- expression: variables.adding.size() == 0
  reason: Forbidden
  message: "securityContext.capabilities.add: more than NET_BIND_SERVICE (expected: absent; others could undo the redirection or become the proxy's user)"
  messageExpression: >-
    'container ' + variables.adding.join(', ')
    + ': securityContext.capabilities.add: more than NET_BIND_SERVICE (expected: absent; others could undo the redirection or become the proxy\'s user)'
{{- end -}}

{{/* What holds for the mounts of variables.others. */}}
{{- define "ambit.policy.mounts" -}}
- name: intruders
  expression: >-
    variables.others.filter(c, c.?volumeMounts.orValue([]).exists(m, m.name in ['ambit-private', 'ambit-spiffe'])).map(c, c.name)
- name: forgers
  expression: >-
    variables.others.filter(c, c.?volumeMounts.orValue([]).exists(m, m.name == 'ambit-trust' && !m.?readOnly.orValue(false))).map(c, c.name)
{{- end -}}

{{- define "ambit.policy.mountsChecked" -}}
- expression: variables.intruders.size() == 0
  reason: Forbidden
  message: "volumeMounts: ambit-private or ambit-spiffe (expected: neither; key and identity are the proxy's alone)"
  messageExpression: >-
    'container ' + variables.intruders.join(', ')
    + ': volumeMounts: ambit-private or ambit-spiffe (expected: neither; key and identity are the proxy\'s alone)'
- expression: variables.forgers.size() == 0
  reason: Forbidden
  message: "volumeMounts: ambit-trust is writable (expected: readOnly: true; whom to trust is written by the proxy alone)"
  messageExpression: >-
    'container ' + variables.forgers.join(', ')
    + ': volumeMounts: ambit-trust is writable (expected: readOnly: true; whom to trust is written by the proxy alone)'
{{- end -}}

{{/* What holds for the proc folder of `c`, of the list that is named. */}}
{{- define "ambit.policy.procMountChecked" -}}
- expression: "!variables.{{ . }}.exists(c, c.?securityContext.?procMount.orValue('Default') != 'Default')"
  reason: Forbidden
  message: "securityContext.procMount: Unmasked (expected: absent; it shows what the kernel hides from a container)"
{{- end -}}
