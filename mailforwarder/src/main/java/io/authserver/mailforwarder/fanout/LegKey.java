package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.Sender;
import java.util.Optional;

/**
 * What copies have in common that share a transaction with a next hop.
 *
 * <p>The address in Delivered-To is part of it: copies with another one have other bytes, and a
 * field that named several addresses would tell the targets of each about the others.
 *
 * <p>So is the mark: a copy that stays with a mailbox of ours has none, because what is in a
 * mailbox can be sent again.
 *
 * @param deliveredTo the address that expanded, folded; empty for what is passed on unchanged
 * @param marked whether copies get the origin mark
 */
record LegKey(Route route, Sender sender, Optional<String> deliveredTo, boolean marked) {}
