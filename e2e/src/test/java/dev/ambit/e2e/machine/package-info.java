/// What the whole-system tests find and put into the machine under them: programs, folders in
/// memory, a recorder of packets.
@NullMarked
package dev.ambit.e2e.machine;

import org.jspecify.annotations.NullMarked;
