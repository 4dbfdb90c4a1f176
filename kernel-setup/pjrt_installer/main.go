// pjrt_installer puts XLA's PJRT CPU plugin into a folder with go-xla's own installer, for the platforms that no Python wheel serves.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"

	"github.com/gomlx/go-xla/installer"
)

func main() {
	version := flag.String("version", "v0.114.0", "release of the plugin")
	path := flag.String("path", "", "folder that receives it")
	flag.Parse()
	if *path == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	platform := runtime.GOOS + "_" + runtime.GOARCH
	if err := installer.CPUInstall(platform, *version, *path, false, installer.Quiet); err != nil {
		fmt.Fprintf(os.Stderr, "cannot install the PJRT CPU plugin %s for %s: %v\n", *version, platform, err)
		os.Exit(1)
	}
}
