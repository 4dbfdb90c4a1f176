package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rethinking/lib/data"
)

func TestOpenData(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, t.TempDir())
	}
	var out bytes.Buffer
	err := openData(t.Context(), data.Options{}, &out)
	if err != nil || !strings.Contains(out.String(), "data set cifar10 is not here yet") || !strings.Contains(out.String(), "read data set mnist in ") {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	err = openData(t.Context(), data.Options{Dir: t.TempDir()}, &out)
	if err == nil || !strings.Contains(err.Error(), "no CIFAR-10 in") || !strings.Contains(out.String(), "read data set mnist in ") {
		t.Errorf("a folder without CIFAR-10: %q, %v", out.String(), err)
	}
}

func TestShareData(t *testing.T) {
	t.Setenv(dataVariable, "before")
	t.Chdir(t.TempDir())
	if err := shareData(""); err != nil || os.Getenv(dataVariable) != "before" {
		t.Errorf("no folder: %q, %v", os.Getenv(dataVariable), err)
	}
	if err := shareData("sets"); err != nil || !filepath.IsAbs(os.Getenv(dataVariable)) || filepath.Base(os.Getenv(dataVariable)) != "sets" {
		t.Errorf("a folder: %q, %v", os.Getenv(dataVariable), err)
	}
}
