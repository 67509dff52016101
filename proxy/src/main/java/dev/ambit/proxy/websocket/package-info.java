/// What both legs share of an open WebSocket: frames as they pass, and one conversation of two
/// connections.
@NullMarked
package dev.ambit.proxy.websocket;

import org.jspecify.annotations.NullMarked;
