package experiment

import (
	"runtime"
	"runtime/debug"
)

// Version is the release this source belongs to.
const Version = "0.1.0-dev"

// Build says which program ran.
type Build struct {
	Version string `json:"apical"`
	// Revision is the commit, with "+dirty" for uncommitted changes; "" if
	// the program was built without version control, as go run does.
	Revision string `json:"vcs_revision,omitempty"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	// Level is the instruction set the compiler was allowed, such as
	// "GOAMD64=v1"; "" where Go records none.
	Level string `json:"level,omitempty"`
}

// ReadBuild describes the running program.
func ReadBuild() Build {
	b := Build{Version: Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			if s.Value == "true" && b.Revision != "" {
				b.Revision += "+dirty"
			}
		case "GOAMD64", "GOARM64":
			b.Level = s.Key + "=" + s.Value
		}
	}
	return b
}
