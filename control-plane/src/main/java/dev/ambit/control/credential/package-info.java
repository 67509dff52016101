/// Issues, revokes and probes credentials; provider SPI and sealed vault.
@NullMarked
package dev.ambit.control.credential;

import org.jspecify.annotations.NullMarked;
