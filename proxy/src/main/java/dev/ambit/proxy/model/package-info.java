/// The nouns that every stage speaks.
@NullMarked
package dev.ambit.proxy.model;

import org.jspecify.annotations.NullMarked;
