package report

import _ "github.com/janpfeifer/must" // notebooks use it; the import keeps it among the pinned modules
