/// Settings, read once before any port opens.
@NullMarked
package dev.ambit.proxy.config;

import org.jspecify.annotations.NullMarked;
