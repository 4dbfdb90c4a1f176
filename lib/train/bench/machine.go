package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

// Machine is where a benchmark ran.
type Machine struct {
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
	OS    string `json:"os"`
	Load  string `json:"load,omitempty"` // the system's load averages before the first process started, where the system tells
}

func (m Machine) String() string {
	text := fmt.Sprintf("%s, %d cores, %s", m.CPU, m.Cores, m.OS)
	if m.Load != "" {
		text += "; load before the start " + m.Load
	}
	return text
}

func thisMachine() Machine {
	m := Machine{CPU: "unknown CPU", Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH}
	if model := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindStringSubmatch(read("/proc/cpuinfo")); model != nil {
		m.CPU = model[1]
	} else if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
		m.CPU = strings.TrimSpace(string(out))
	}
	if load := strings.Fields(read("/proc/loadavg")); len(load) >= 3 {
		m.Load = strings.Join(load[:3], " ")
	}
	return m
}

// read returns a file's content, "" where there is none.
func read(path string) string {
	content, _ := os.ReadFile(path)
	return string(content)
}
