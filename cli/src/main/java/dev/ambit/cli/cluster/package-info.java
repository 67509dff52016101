/// `ambit` for clusters: how a kubeconfig leads to a control plane, and how a cluster is looked at.
@NullMarked
package dev.ambit.cli.cluster;

import org.jspecify.annotations.NullMarked;
