/// Health over HTTP, GET only.
@NullMarked
package dev.ambit.control.admin;

import org.jspecify.annotations.NullMarked;
