package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.Spool;
import io.authserver.smtp.relay.Extensions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What every session of a front needs to know. */
record FrontSettings(
    String hostName,
    FrontLimits limits,
    FrontTimeouts timeouts,
    StrayLineEnds strayLineEnds,
    MemoryBudget memoryBudget,
    MemoryBudget workingMemory,
    HeaderCost headerCost,
    Spool spool,
    Supplier<Optional<Extensions>> extensions,
    MailTransactionFactory transactions,
    FrontMetrics metrics,
    InstantSource clock,
    @Nullable StartTls startTls,
    List<Network> allowedClients) {}
