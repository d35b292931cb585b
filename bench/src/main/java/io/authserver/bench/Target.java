package io.authserver.bench;

import java.net.InetSocketAddress;
import java.util.OptionalLong;

/**
 * What a load is sent to.
 *
 * @param name in the report
 * @param address where it listens
 * @param process whose CPU time is counted; none for the sink itself
 */
record Target(String name, InetSocketAddress address, OptionalLong process) {}
