/// YAML to checked envelope values: whole or not at all, with errors that name file, line, key and
/// expected form.
@NullMarked
package dev.ambit.resources;

import org.jspecify.annotations.NullMarked;
