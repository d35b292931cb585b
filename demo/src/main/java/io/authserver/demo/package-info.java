/**
 * The one-command demonstration: a site in a temporary directory, real messages through both
 * daemons, and what became of them.
 *
 * <p>Place in the flow: all of it, from outside. {@link io.authserver.demo.DemoMain} makes a {@link
 * io.authserver.demo.Workspace}, in it a {@link io.authserver.demo.DemoSite} (embedded PostgreSQL,
 * filled by the {@code authserver} commands, the daemons as processes), and runs either {@link
 * io.authserver.demo.DemoRun} or, for {@code --keep}, {@link io.authserver.demo.KeepRun}. The
 * wiring is a site's:
 *
 * <pre>
 *   client -> mailforwarder -> 10045 -> a mailbox here
 *                                    -> dkimsigner -> internet
 * </pre>
 *
 * where {@link io.authserver.demo.PostOffice} plays OpenSMTPD's 10045 and a {@link
 * io.authserver.demo.Sink} the internet. With {@code --keep} both daemons relay straight to one
 * sink. What judges the daemons (sink, client, header fields, verifiers) shares no code with them.
 */
@NullMarked
package io.authserver.demo;

import org.jspecify.annotations.NullMarked;
