/// Signed statements that anyone can verify offline: the DSSE envelope, receipts and audit
/// checkpoints. Written by the control plane and read by the CLI with the same code.
@NullMarked
package dev.ambit.envelope.receipt;

import org.jspecify.annotations.NullMarked;
