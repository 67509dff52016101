/// Fixtures and fakes that the tests of the proxy share.
@NullMarked
package dev.ambit.proxy.testing;

import org.jspecify.annotations.NullMarked;
