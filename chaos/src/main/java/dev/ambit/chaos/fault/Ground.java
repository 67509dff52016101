package dev.ambit.chaos.fault;

import dev.ambit.chaos.load.Load;
import dev.ambit.chaos.site.Site;

/// What faults work on.
public record Ground(Site site, Load load) {}
