/// What must hold for any bytes on an open WebSocket.
@NullMarked
package dev.ambit.proxy.websocket;

import org.jspecify.annotations.NullMarked;
