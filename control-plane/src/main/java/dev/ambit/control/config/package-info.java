/// Settings, read once before any port opens.
@NullMarked
package dev.ambit.control.config;

import org.jspecify.annotations.NullMarked;
