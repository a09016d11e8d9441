package dev.treadle.internal.run;

import dev.treadle.Isolation;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/// What a worker is asked to run.
///
/// @param task the name of its task
/// @param traceparent the trace it is part of, or null
/// @param isolation the code, and what its worker must be like
/// @param deadline when it must have ended, in microseconds since 1970
/// @param inputType what the input must be read as
/// @param output what the result must be read as
public record Order(
    long job,
    String task,
    int attempt,
    @Nullable String traceparent,
    long deadline,
    Isolation isolation,
    @Nullable Object input,
    Type inputType,
    Type output) {}
