/// The API as gRPC and JSON: decode, call, encode; no decisions.
@NullMarked
package dev.ambit.control.api;

import org.jspecify.annotations.NullMarked;
