/// Health and metrics over HTTP, GET only.
@NullMarked
package dev.ambit.proxy.admin;

import org.jspecify.annotations.NullMarked;
