/** Peers of our daemons for tests, on real loopback sockets; other modules use them as well. */
package io.authserver.smtp.testing;
